# Учётные записи: команда exchange user.
help-user = Люди, которые входят в кабинет через браузер
help-user-invite = Завести учётную запись и дать одноразовый адрес, по которому человек сам задаст пароль
help-user-invite-login = Логин: буквы, цифры, точка, дефис, подчёркивание, @
help-user-invite-role = Роль: region-administrator (все школы), school-administrator (всё в одной школе), school-viewer (только смотрит)
help-user-invite-school = Школа, если роль школьная
help-user-list = Показать учётные записи
help-user-list-school = Только этой школы
help-user-block = Закрыть вход и завершить начатые сеансы
help-user-block-login = Логин
help-user-unblock = Снова разрешить вход
help-user-unblock-login = Логин
help-user-reset = Забыть пароль и второй шаг входа и дать новый одноразовый адрес
help-user-reset-login = Логин
help-user-sessions = Где человек сейчас вошёл
help-user-sessions-login = Логин
help-user-revoke = Завершить сеанс или все сеансы человека
help-user-revoke-login = Логин
help-user-revoke-session = Номер сеанса; без него все
error-user-taken = учётная запись «{ $login }» уже есть
error-user-school = этой роли нужна школа
error-user-no-school = эта роль не связана с одной школой
error-user-login = «{ $login }» не подходит для логина: от 2 до 64 букв, цифр и знаков «.», «-», «_», «@»
error-no-user = учётной записи «{ $login }» нет
user-invitation = Передайте этот адрес человеку лично; он одноразовый и действует { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
       *[other] { $hours } часов
    }. «exchange serve» должен работать:
user-none = Учётных записей нет. Завести: exchange user invite ЛОГИН --role school-administrator --school ШКОЛА
user-no-sessions = Сейчас нигде не вошёл.
user-blocked = { $login }: вход закрыт, сеансы завершены.
user-blocked-before = { $login }: вход уже был закрыт.
user-unblocked = { $login }: вход снова разрешён.
user-not-blocked = { $login }: вход и не был закрыт.
user-revoked = Завершено сеансов: { $n }
user-state-invited = приглашён
user-state-expired = приглашение истекло
user-state-active = может войти
user-state-blocked = вход закрыт
role-region-administrator = региональный администратор
role-school-administrator = администратор школы
role-school-viewer = наблюдатель школы
column-login = Логин
column-sessions = Сеансов
column-begun = Вход
column-seen = Последнее действие
column-browser = Браузер
audit-user-invite = заведена учётная запись
audit-user-reset = сброшены пароль и второй шаг входа
audit-user-block = закрыт вход
audit-user-unblock = разрешён вход
audit-session-revoke = завершён сеанс
audit-account-set-up = учётная запись настроена
audit-sign-in = вход
audit-sign-out = выход
audit-sign-in-paused = неверный вход, пауза
# Страницы кабинета.
cabinet = Обмен данными
cabinet-skip = К содержанию
cabinet-menu = Разделы
cabinet-sign-in = Вход
cabinet-sign-in-text = Для сотрудников школы и региона. Адрес для входа в первый раз даёт администратор.
cabinet-login = Логин
cabinet-password = Пароль
cabinet-password-again = Пароль ещё раз
cabinet-code = Код из приложения
cabinet-code-hint = Шесть цифр, меняются каждые 30 секунд.
cabinet-enter = Войти
cabinet-forgotten = Забыли пароль или потеряли телефон? Попросите администратора сбросить вход: он даст новый адрес.
cabinet-wrong = Войти не получилось
cabinet-wrong-text = Проверьте логин, пароль и код. Код действует один раз; если он уже использован, дождитесь следующего.
cabinet-pause = Слишком много попыток
cabinet-pause-text = Попробуйте снова через { $minutes ->
        [one] { $minutes } минуту
        [few] { $minutes } минуты
       *[other] { $minutes } минут
    }. Если это были не вы, сообщите администратору.
cabinet-signed-out = Вы вышли
cabinet-signed-out-text = На общем компьютере закройте и окно браузера.
cabinet-over = Нужно войти снова
cabinet-over-text = Вы долго ничего не делали, вышли или ваш вход завершили. Сделанное сохранено.
cabinet-welcome = Придумайте пароль
cabinet-who = Логин
cabinet-role = Роль
cabinet-step-of = Шаг { $step } из 2
cabinet-password-hint = Не короче { $n ->
        [one] { $n } знака
       *[other] { $n } знаков
    }. Годятся любые знаки; фразу из нескольких слов легче запомнить и труднее подобрать.
cabinet-codes = Подключите приложение для кодов
cabinet-codes-text = Кроме пароля при входе нужен код с вашего телефона: тогда узнавший пароль всё равно не войдёт.
cabinet-codes-app = Установите на телефон приложение для одноразовых кодов (TOTP), например «Яндекс Ключ», Google Authenticator или FreeOTP.
cabinet-codes-scan = В приложении добавьте учётную запись и наведите камеру на рисунок.
cabinet-codes-type = Без камеры: введите в приложении этот ключ.
cabinet-codes-here = Вы открыли страницу на самом телефоне? Нажмите:
cabinet-codes-open = открыть в приложении
cabinet-codes-enter = Введите код, который показывает приложение.
cabinet-codes-picture = Рисунок с ключом для приложения; тот же ключ написан ниже
cabinet-finish = Готово, войти
cabinet-weak = Нужен другой пароль
cabinet-weak-short = Он короче { $n ->
        [one] { $n } знака
       *[other] { $n } знаков
    }.
cabinet-weak-long = Он длиннее { $n ->
        [one] { $n } знака
       *[other] { $n } знаков
    }.
cabinet-weak-common = Его подберут одним из первых: он есть в списках частых паролей. Возьмите несколько несвязанных слов.
cabinet-weak-login = Он почти совпадает с логином.
cabinet-different = Пароли не совпали
cabinet-different-text = Введите один и тот же пароль оба раза.
cabinet-wrong-code = Код не подошёл
cabinet-wrong-code-text = Введите код, который приложение показывает сейчас. Если не подходит и он, проверьте, что время на телефоне выставляется само.
cabinet-gone = Адрес больше не действует
cabinet-gone-text = Он одноразовый и действует недолго. Если вы уже настроили вход, просто войдите; если нет, попросите администратора дать новый адрес.
cabinet-to-sign-in = Войти
cabinet-me = Мои входы
cabinet-me-text = Здесь видно, в каких браузерах вы вошли. Незнакомый вход завершите и попросите администратора сбросить пароль.
cabinet-this-browser = этот браузер
cabinet-some-browser = неизвестный браузер
cabinet-begun = Вход { $at }
cabinet-seen = последнее действие { $at }
cabinet-end = Завершить
cabinet-sign-out = Выйти
cabinet-schools = Школы
cabinet-no-schools = Школ пока нет.
cabinet-pages = Страницы списка
cabinet-before = Назад
cabinet-after = Дальше
cabinet-part = { $first }–{ $last } из { $all }
cabinet-waiting = Ждёт вас
cabinet-tasks = Задачи
cabinet-no-tasks = Задач пока нет: их добавляет тот, кто настраивает обмен.
cabinet-last = Последняя отправка
cabinet-last-at = отправка { $at }
cabinet-never = ещё не отправлялась
cabinet-next-run = Следующая
cabinet-next-at = следующая { $at }
cabinet-by-hand = запускается вручную
cabinet-off = выключена
cabinet-history = Отправки
cabinet-no-runs = Отправок ещё не было.
cabinet-run = Отправка { $at }
cabinet-no-persons = В этой отправке нет строк о людях.
cabinet-xlsx = Скачать список (XLSX)
cabinet-csv = Скачать CSV
