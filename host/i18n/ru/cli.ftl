count-rows = { $n ->
    [one] { $n } строка
    [few] { $n } строки
   *[many] { $n } строк
}
cli-error = ошибка:
cli-because = причина:
cli-hint = подсказка:
word-yes = да
word-no = нет
column-task = Задача
column-details = Подробности
column-connector = Коннектор
column-version = Версия
column-locked = Проверен
column-title = Название
error-no-config = нет файла настроек { $file }
hint-no-config = создайте его: exchange init, или укажите другой: --config ФАЙЛ
error-no-school = нет школы «{ $school }» (файла { $dir }/{ $school }.toml)
error-no-task = у школы «{ $school }» нет задачи «{ $task }»
error-no-run = нет отправки { $run }
error-no-connector = нет коннектора «{ $connector }» (файла { $file })
error-not-locked = коннектор «{ $connector }» не проверен: его контрольная сумма не записана
hint-did-you-mean = может быть, «{ $name }»?
hint-schools = есть школы: { $names }
hint-no-schools = в папке школ нет ни одного файла
hint-tasks = есть задачи: { $names }
status-no-tasks = Ни у одной школы нет задач.
status-disabled = выключена
status-decisions = { $n ->
    [one] { $n } вопрос ждёт ответа
    [few] { $n } вопроса ждут ответа
   *[many] { $n } вопросов ждут ответа
}
count-applied = отправлено { $n }
count-accepted = принято без проверки { $n }
count-adopted = найдено и принято { $n }
count-removed = закрыто { $n }
count-unchanged = без изменений { $n }
count-rejected = отклонено { $n }
count-not-confirmed = не подтверждено { $n }
count-in-doubt = под вопросом { $n }
count-failed = не отправлено { $n }
count-decisions = ждёт решения { $n }
count-waiting = ждёт действий { $n }
count-told = отличается { $n }
count-left-out = не подлежит отправке { $n }
count-nothing = ничего не изменилось
decide-none = Вопросов нет.
decide-question = Вопрос № { $number } ({ $task }): { $name }, { $group } — похожее уже есть там. Это тот же?
decide-how =     Ответить: exchange decide { $task } { $number } --same КОД | --different | --skip
decide-done = Ответ на вопрос № { $number } записан. Он подействует при следующей отправке: exchange run { $task }
approved = План { $hash } разрешён. Отправить: exchange run { $task }
secret-type-it = Введите значение и нажмите Ctrl-D:
secret-stored = «{ $name }» сохранено в зашифрованном виде.
secret-removed = «{ $name }» удалено.
connector-packed = Коннектор { $connector } упакован: { $file } (sha256 { $sha256 })
task-on = Задача { $task } включена.
task-off = Задача { $task } выключена.
init-made = Создан { $file }
init-next = Дальше: впишите школу и задачу в schools/, положите коннекторы в connectors/ и выполните exchange check
report-done = Отчёт об отправке { $run } записан: { $file }
class-list-title = Списки классов
class-list-class = Класс
class-list-last-name = Фамилия
class-list-first-name = Имя
class-list-middle-name = Отчество
class-list-birth-date = Дата рождения
class-list-sex = Пол
class-list-snils = СНИЛС
class-list-school-date = Дата зачисления в школу
class-list-class-date = Дата зачисления в класс
class-list-done = { $n ->
    [one] Записан { $n } ученик: { $file }
    [few] Записаны { $n } ученика: { $file }
   *[many] Записано { $n } учеников: { $file }
}
sex-male = мужской
sex-female = женский
