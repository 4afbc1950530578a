# Уведомления: письма, короткие сообщения, кабинет.

notify-topic-recovered = снова в порядке
notify-topic-with-remarks = есть замечания
notify-topic-not-confirmed = не подтверждено
notify-topic-waiting = ждёт решения
notify-topic-failed = отправка не удалась
notify-topic-not-run = запустить не удалось
notify-topic-binding-lost = школа больше не привязана к порталу
notify-topic-credential = доступ к порталу закончился или скоро закончится
notify-topic-certificate = срок действия сертификата закончился или скоро закончится

notify-advice-recovered = ничего.
notify-advice-with-remarks = посмотрите, что отклонено и почему (exchange show { $run }), исправьте данные школы и загрузите их снова.
notify-advice-not-confirmed = ничего не отправляйте повторно вручную: следующая отправка проверит это сама. Если повторится, покажите список оператору портала (exchange show { $run }).
notify-advice-waiting = ответьте на вопросы (exchange decide { $task }) или разрешите задержанный план; до этого отправка не продолжится.
notify-advice-failed = прочитайте причину (exchange show { $run }). Отправленное сохранено, следующая отправка продолжит с того же места.
notify-advice-not-run = проверьте, всё ли готово: exchange check { $task }
notify-advice-binding-lost = привяжите школу заново: exchange bind { $task }
notify-advice-credential = получите доступ заново: exchange bind { $task }
notify-advice-certificate = замените сертификат до этого срока.

notify-change = { $what } (до этого: { $before })
notify-subject = { $school }: { $what }
notify-subject-task = { $school }, { $task }: { $what }
notify-subject-many = Обмен данными: { $n ->
    [one] { $n } изменение
    [few] { $n } изменения
   *[many] { $n } изменений
}
notify-short-many = Обмен данными: { $n ->
    [one] { $n } изменение
    [few] { $n } изменения
   *[many] { $n } изменений
}; последнее — { $last }
notify-more = … и ещё { $n }: exchange notifications
notify-label-what = Что случилось: { $value }
notify-label-school = Школа: { $value }
notify-label-task = Задача: { $value }
notify-label-when = Когда: { $value }
notify-label-run = Отправка: { $value }
notify-label-until = Срок: { $value }
notify-label-reason = Причина: { $value }
notify-label-counts = Итог: { $value }
notify-label-advice = Что делать: { $value }
notify-label-details = Подробнее: { $value }
notify-footer =
    --
    Сообщение отправила программа обмена данными. Имён и документов в нём нет: они остаются в школе.
    Кому и о чём писать, указано в [[notify]] файла школы и в [notify] файла exchange.toml.

notify-trial-subject = Проверка уведомлений: { $school }
notify-trial-body =
    Это проверочное сообщение для получателей уведомлений школы «{ $school }».
    Если вы его читаете, уведомления доходят. Отвечать не нужно.
notify-trial-short = Проверка уведомлений: { $school }
notify-nobody = Об этой школе не уведомляют никого. Добавьте [[notify]] в файл { $file }
notify-busy = Уведомления сейчас доставляет другой процесс (exchange serve): ничего делать не нужно.
notify-sent = { $n ->
    [one] доставлено { $n } сообщение
    [few] доставлено { $n } сообщения
   *[many] доставлено { $n } сообщений
}
notify-sent-later = { $n ->
    [one] не принято пока { $n } сообщение, будет отправлено снова
    [few] не принято пока { $n } сообщения, будут отправлены снова
   *[many] не принято пока { $n } сообщений, будут отправлены снова
}
notify-sent-never = { $n ->
    [one] не доставлено { $n } сообщение (exchange notifications --undelivered)
    [few] не доставлены { $n } сообщения (exchange notifications --undelivered)
   *[many] не доставлено { $n } сообщений (exchange notifications --undelivered)
}
notify-sent-waiting = { $n ->
    [one] ждёт своего часа { $n } сообщение, ближайшее — { $at }
    [few] ждут своего часа { $n } сообщения, ближайшее — { $at }
   *[many] ждут своего часа { $n } сообщений, ближайшее — { $at }
}
notify-sent-nothing = отправлять нечего
notify-none = Уведомлений нет.
notify-read = { $n ->
    [one] отмечено прочитанным { $n } уведомление
    [few] отмечены прочитанными { $n } уведомления
   *[many] отмечено прочитанными { $n } уведомлений
}
notify-undelivered = { $n ->
    [one] Не доставлено { $n } сообщение: exchange notifications --undelivered
    [few] Не доставлены { $n } сообщения: exchange notifications --undelivered
   *[many] Не доставлено { $n } сообщений: exchange notifications --undelivered
}
notify-state-waiting = ждёт отправки
notify-state-delivered = доставлено
notify-state-refused = отказано
notify-state-given-up = не доставлено за отведённое время
notify-result-taken = принято
notify-result-later = пока не принято
notify-result-refused = отказано
notify-channel-mail = письмо
notify-channel-sms = SMS
notify-channel-webhook = вебхук
notify-attempts = { $n ->
    [one] { $n } попытка
    [few] { $n } попытки
   *[many] { $n } попыток
}
notify-next = следующая { $at }
column-what-happened = Что случилось
column-delivery = Доставка
column-channel = Как
column-recipient = Кому
column-result = Итог
column-answer = Ответ
